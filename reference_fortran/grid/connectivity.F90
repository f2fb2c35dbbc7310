! Who shares which node on the cubed sphere, from exact integer coordinates of the nodes on the surface of a cube.
!
! HOMME, CAM-SE: cube_mod (cubetopology), gridgraph_mod, edge_mod (order of summation)
module connectivity
  use dimensions, only: np, nboundary
  use cubed_sphere, only: face_frame
  use element_data, only: boundary_i, boundary_j
  implicit none
  private
  public :: connect

  integer, parameter :: most = 4  ! elements at a node of a cubed sphere

contains

  ! copies (copy, boundary node, elem) as i + np*(j-1) + np*np*(elem-1) in order of summation; neighbours (n, elem). 0 pads.
  subroutine connect(ne, copies, neighbours)
    integer, intent(in) :: ne
    integer, intent(out) :: copies(most-1,nboundary,6*ne*ne), neighbours(2*most,6*ne*ne)
    integer, allocatable :: owners(:,:)  ! (copy, point): all nodes at a point, 0 pads
    integer :: e, b

    allocate(owners(most,point_number(ne, [1, 1, 1]*(np-1)*ne, last=.true.)))
    call collect(ne, owners)
    copies = 0
    neighbours = 0
    do e = 1, 6*ne*ne
      do b = 1, nboundary
        call list_others(owners(:,point(ne, e, boundary_i(b), boundary_j(b))), e, copies(:,b,e))
      end do
      do b = 1, nboundary
        call order_corner(copies(:,:,e), b)
        call add_neighbours(copies(:,b,e), neighbours(:,e))
      end do
    end do
  end subroutine connect

  subroutine collect(ne, owners)
    integer, intent(in) :: ne
    integer, intent(out) :: owners(:,:)
    integer :: e, i, j, p

    owners = 0
    do e = 1, 6*ne*ne
      do j = 1, np
        do i = 1, np
          p = point(ne, e, i, j)
          owners(count(owners(:,p) > 0) + 1,p) = i + np*(j-1) + np*np*(e-1)
        end do
      end do
    end do
  end subroutine collect

  ! Number of the point at node (i,j) of element e: nodes are counted along the faces, so that coordinates are integers.
  pure integer function point(ne, e, i, j)
    integer, intent(in) :: ne, e, i, j
    integer :: face, ie, je, half

    face = (e-1)/(ne*ne) + 1
    ie = mod(e-1, ne)
    je = mod((e-1)/ne, ne)
    half = (np-1)*ne
    point = point_number(ne, half*face_frame(:,1,face) + (2*((np-1)*ie + i-1) - half)*face_frame(:,2,face) &
                             + (2*((np-1)*je + j-1) - half)*face_frame(:,3,face), last=.false.)
  end function point

  ! The position on the first face that holds x; with last, the largest number there can be.
  pure integer function point_number(ne, x, last)
    integer, intent(in) :: ne, x(3)
    logical, intent(in) :: last
    integer :: face, half, m, n

    half = (np-1)*ne
    if (last) then
      point_number = 6*(half+1)**2
      return
    end if
    do face = 1, 5
      if (dot_product(x, face_frame(:,1,face)) == half) exit
    end do
    m = (dot_product(x, face_frame(:,2,face)) + half)/2
    n = (dot_product(x, face_frame(:,3,face)) + half)/2
    point_number = 1 + m + (half+1)*(n + (half+1)*(face-1))
  end function point_number

  pure subroutine list_others(nodes, e, others)
    integer, intent(in) :: nodes(:), e
    integer, intent(out) :: others(:)
    integer :: c, found

    others = 0
    found = 0
    do c = 1, size(nodes)
      if (nodes(c) == 0 .or. element_of(nodes(c)) == e) cycle
      found = found + 1
      others(found) = nodes(c)
    end do
  end subroutine list_others

  ! At a corner the neighbours across the two edges come first: south then west, north then west, east then south,
  ! north then east.
  pure subroutine order_corner(copies, b)
    integer, intent(inout) :: copies(:,:)
    integer, intent(in) :: b
    integer :: edge(2), n, c

    select case (b)  ! a node inside each of the two edges
    case (1); edge = [2, 5]
    case (4); edge = [6, 2]
    case (9); edge = [10, 5]
    case (12); edge = [10, 6]
    case default; return
    end select
    do n = 1, 2
      do c = n+1, size(copies, 1)
        if (copies(c,b) == 0) exit
        if (element_of(copies(c,b)) == element_of(copies(1,edge(n)))) copies([n, c],b) = copies([c, n],b)
      end do
    end do
  end subroutine order_corner

  pure subroutine add_neighbours(copies, neighbours)
    integer, intent(in) :: copies(:)
    integer, intent(inout) :: neighbours(:)
    integer :: c, e

    do c = 1, size(copies)
      if (copies(c) == 0) exit
      e = element_of(copies(c))
      if (all(neighbours /= e)) neighbours(count(neighbours > 0) + 1) = e
    end do
  end subroutine add_neighbours

  pure integer function element_of(node)
    integer, intent(in) :: node
    element_of = (node-1)/(np*np) + 1
  end function element_of
end module connectivity
