! Elements of the equiangular cubed sphere, corners of any other ones, and the two maps from the reference square onto them. Element number
! 1 + ie + ne*je + ne^2*(face-1); corners in the order SW, SE, NE, NW.
!
! Equations: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014 (element-local map)
! HOMME: cube_mod (set_corner_coordinates, vmap, dmap_elementlocal), mesh_mod, coordinate_systems_mod   CAM-SE: the same, map 0 only
module cubed_sphere
  use kinds, only: dk, qk
  implicit none
  private
  public :: pi, face_frame, element_corners, corners_below_faces, gnomonic_map, element_local_map

  real(dk), parameter :: pi = 3.14159265358979323846_dk
  real(dk), parameter :: at_pole = 1.0e-9_dk

  ! Centre, first and second axis of each face, as columns.
  integer, parameter :: face_frame(3,3,6) = reshape([ &
    1, 0, 0,   0, 1, 0,   0, 0, 1, &
    0, 1, 0,  -1, 0, 0,   0, 0, 1, &
   -1, 0, 0,   0,-1, 0,   0, 0, 1, &
    0,-1, 0,   1, 0, 0,   0, 0, 1, &
    0, 0,-1,   0, 1, 0,   1, 0, 0, &
    0, 0, 1,   0, 1, 0,  -1, 0, 0], [3,3,6])

contains

  ! Corners as equiangular coordinates on the face and as points on the unit sphere; these go through longitude and
  ! latitude, which fixes their last bits.
  pure subroutine element_corners(ne, ie, je, face, corner, corner3d)
    integer, intent(in) :: ne, ie, je, face  ! ie, je from 0
    real(dk), intent(out) :: corner(2,4), corner3d(3,4)
    real(dk) :: width, x, y, lon, lat
    integer :: n

    width = (pi/4 - (-pi/4))/ne
    x = -pi/4 + ie*width
    y = -pi/4 + je*width
    corner = reshape([x, y, x + width, y, x + width, y + width, x, y + width], [2,4])
    do n = 1, 4
      call equiangular_to_sphere(face, corner(1,n), corner(2,n), lon, lat)
      corner3d(:,n) = [cos(lat)*cos(lon), cos(lat)*sin(lon), sin(lat)]
    end do
  end subroutine element_corners

  ! Points in space as corners of an element: through longitude, latitude and the equiangular coordinates of the face that
  ! its centre is nearest to, which fixes their last bits.
  pure subroutine corners_below_faces(points, corner3d)
    real(dk), intent(in) :: points(3,4)
    real(dk), intent(out) :: corner3d(3,4)
    real(dk) :: lon, lat, x, y
    integer :: face, n

    face = maxloc(matmul(sum(points, dim=2), face_frame(:,1,:)), dim=1)
    do n = 1, 4
      call cartesian_to_sphere(points(:,n), lon, lat)
      call sphere_to_equiangular(face, lon, lat, x, y)
      call equiangular_to_sphere(face, x, y, lon, lat)
      corner3d(:,n) = [cos(lat)*cos(lon), cos(lat)*sin(lon), sin(lat)]
    end do
  end subroutine corners_below_faces

  pure subroutine sphere_to_equiangular(face, lon, lat, x, y)
    integer, intent(in) :: face
    real(dk), intent(in) :: lon, lat
    real(dk), intent(out) :: x, y

    if (face <= 4) then
      x = lon - (face-1)*(pi/2)
      if (face == 1 .and. lon > pi) x = lon - 2*pi
      y = atan(tan(lat)/cos(x))
    else
      x = atan(merge(-1, 1, face == 5)*sin(lon)/tan(lat))
      y = atan(-cos(lon)/tan(lat))
    end if
  end subroutine sphere_to_equiangular

  pure subroutine equiangular_to_sphere(face, x, y, lon, lat)
    integer, intent(in) :: face
    real(dk), intent(in) :: x, y
    real(dk), intent(out) :: lon, lat
    real(dk) :: t1, t2, r

    t1 = tan(x)
    t2 = tan(y)
    r = sqrt(1 + t1**2 + t2**2)
    select case (face)
    case (1); lon = atan2(t1, 1.0_dk)
    case (2); lon = atan2(1.0_dk, -t1)
    case (3); lon = atan2(-t1, -1.0_dk)
    case (4); lon = atan2(-1.0_dk, t1)
    case (5); lon = atan2(t1, t2)
    case (6); lon = atan2(t1, -t2)
    end select
    lat = asin(t2/r)
    if (face == 5) lat = asin(-1/r)
    if (face == 6) lat = asin(1/r)
    if (lon < 0) lon = lon + 2*pi
    if (face >= 5 .and. abs(t1) <= at_pole .and. abs(t2) <= at_pole) lon = 0
  end subroutine equiangular_to_sphere

  ! Map 0: bilinear in the equiangular coordinates. d(:,n) is (cos(lat) dlon, dlat) along reference coordinate n. In both
  ! maps the point is formed from quadruple nodes, the matrix from rounded ones.
  pure subroutine gnomonic_map(face, corner, a, b, lon, lat, d)
    integer, intent(in) :: face
    real(dk), intent(in) :: corner(2,4)
    real(qk), intent(in) :: a, b
    real(dk), intent(out) :: lon, lat, d(2,2)
    real(dk) :: x(2), jacobian(2,2), s, t, c2(2), c3(2), c4(2)

    x = bilinear(real([1-a, 1+a, 1-b, 1+b]/2, dk), corner)
    call equiangular_to_sphere(face, x(1), x(2), lon, lat)
    s = real(a, dk)
    t = real(b, dk)
    c2 = (-corner(:,1) + corner(:,2) + corner(:,3) - corner(:,4))/4
    c3 = (-corner(:,1) - corner(:,2) + corner(:,3) + corner(:,4))/4
    c4 = (corner(:,1) - corner(:,2) + corner(:,3) - corner(:,4))/4
    jacobian(:,1) = c2 + c4*t
    jacobian(:,2) = c3 + c4*s
    x = bilinear([1-s, 1+s, 1-t, 1+t]/2, corner)
    d = matmul(equiangular_jacobian(face, x(1), x(2)), jacobian)
  end subroutine gnomonic_map

  ! Corner values weighted by products of p = ((1-a)/2, (1+a)/2, (1-b)/2, (1+b)/2).
  pure function bilinear(p, corner) result(x)
    real(dk), intent(in) :: p(4), corner(2,4)
    real(dk) :: x(2)
    x = p(1)*p(3)*corner(:,1) + p(2)*p(3)*corner(:,2) + p(2)*p(4)*corner(:,3) + p(1)*p(4)*corner(:,4)
  end function bilinear

  pure function equiangular_jacobian(face, x, y) result(v)
    integer, intent(in) :: face
    real(dk), intent(in) :: x, y
    real(dk) :: v(2,2), t1, t2, c1, c2, r, rho, side

    t1 = tan(x)
    t2 = tan(y)
    c1 = cos(x)
    c2 = cos(y)
    r = sqrt(1 + t1**2 + t2**2)
    if (face <= 4) then
      v(1,:) = [1/(r*c1), 0.0_dk]
      v(2,:) = [-t1*t2/(c1*r*r), 1/(r*r*c1*c2*c2)]
      return
    end if
    rho = sqrt(t1**2 + t2**2)
    side = merge(1, -1, face == 5)
    if (rho <= at_pole) then
      v = reshape([1.0_dk, 0.0_dk, 0.0_dk, 1.0_dk], [2,2])
    else
      v(1,:) = side*[t2/(rho*c1*c1*r), -t1/(rho*c2*c2*r)]
      v(2,:) = side*[t1/(rho*c1*c1*r*r), t2/(rho*c2*c2*r*r)]
    end if
  end function equiangular_jacobian

  ! Map 2: bilinear between the corners in space, projected to the sphere.
  pure subroutine element_local_map(corner3d, a, b, lon, lat, d)
    real(dk), intent(in) :: corner3d(3,4)
    real(qk), intent(in) :: a, b
    real(dk), intent(out) :: lon, lat, d(2,2)
    real(dk) :: x(3), s, t

    x = chord(real([(1-a)*(1-b), (1+a)*(1-b), (1+a)*(1+b), (1-a)*(1+b)], dk)/4, corner3d)
    call cartesian_to_sphere(x/sqrt(x(1)**2 + x(2)**2 + x(3)**2), lon, lat)
    s = real(a, dk)
    t = real(b, dk)
    d = element_local_matrix(chord([(1-s)*(1-t), (1+s)*(1-t), (1+s)*(1+t), (1-s)*(1+t)]/4, corner3d), &
                             chord([-(1-t), 1-t, 1+t, -(1+t)]/4, corner3d), chord([-(1-s), -(1+s), 1+s, 1-s]/4, corner3d))
  end subroutine element_local_map

  pure function chord(q, corner3d) result(x)
    real(dk), intent(in) :: q(4), corner3d(3,4)
    real(dk) :: x(3)
    x = q(1)*corner3d(:,1) + q(2)*corner3d(:,2) + q(3)*corner3d(:,3) + q(4)*corner3d(:,4)
  end function chord

  ! East and north components of the chord's derivatives, projected to the sphere.
  pure function element_local_matrix(x, along_a, along_b) result(d)
    real(dk), intent(in) :: x(3), along_a(3), along_b(3)
    real(dk) :: d(2,2), lon, lat, length, g(3,2), frame(2,3), projection(3,3), sl, cl, st, ct

    length = sqrt(x(1)**2 + x(2)**2 + x(3)**2)
    call cartesian_to_sphere(x/length, lon, lat)
    sl = sin(lon)
    cl = cos(lon)
    st = sin(lat)
    ct = cos(lat)
    g(:,1) = along_a
    g(:,2) = along_b
    frame(1,:) = [-sl, cl, 0.0_dk]
    frame(2,:) = [0.0_dk, 0.0_dk, 1.0_dk]
    projection(1,:) = [sl**2*ct**2 + st**2, -sl*cl*ct**2, -cl*st*ct]
    projection(2,:) = [-sl*cl*ct**2, cl**2*ct**2 + st**2, -sl*st*ct]
    projection(3,:) = [-cl*st, -sl*st, ct]
    d = matmul(frame, matmul(projection, g))/length
  end function element_local_matrix

  ! Of a point anywhere but in the centre.
  pure subroutine cartesian_to_sphere(p, lon, lat)
    real(dk), intent(in) :: p(3)
    real(dk), intent(out) :: lon, lat

    lat = asin(p(3)/sqrt(p(1)**2 + p(2)**2 + p(3)**2))
    lon = atan2(p(2), p(1))
    if (lon < 0) lon = lon + 2*pi
    if (abs(abs(lat) - pi/2) < at_pole) lon = 0
  end subroutine cartesian_to_sphere
end module cubed_sphere
