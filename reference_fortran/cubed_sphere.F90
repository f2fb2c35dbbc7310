! Elements of the equiangular cubed sphere and the two maps from the reference square onto them. Element number
! 1 + ie + ne*je + ne^2*(face-1); corners in the order SW, SE, NE, NW.
!
! Equations: Guba et al. (2014), doi:10.5194/gmd-7-2803-2014 (element-local map)
! HOMME: cube_mod (set_corner_coordinates, vmap, dmap_elementlocal), coordinate_systems_mod   CAM-SE: the same, map 0 only
module cubed_sphere
  use kinds, only: dk, qk
  implicit none
  private
  public :: pi, face_frame, element_corners, gnomonic_map, element_local_map

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

  ! Map 0: bilinear in the equiangular coordinates. d(:,n) is (cos(lat) dlon, dlat) along reference coordinate n.
  pure subroutine gnomonic_map(face, corner, a, b, lon, lat, d)
    integer, intent(in) :: face
    real(dk), intent(in) :: corner(2,4), a, b
    real(dk), intent(out) :: lon, lat, d(2,2)
    real(dk) :: x(2), jacobian(2,2)
    real(dk) :: q(4), c2(2), c3(2), c4(2)

    q = [(1-a)/2*((1-b)/2), (1+a)/2*((1-b)/2), (1+a)/2*((1+b)/2), (1-a)/2*((1+b)/2)]
    x = q(1)*corner(:,1) + q(2)*corner(:,2) + q(3)*corner(:,3) + q(4)*corner(:,4)
    c2 = (-corner(:,1) + corner(:,2) + corner(:,3) - corner(:,4))/4
    c3 = (-corner(:,1) - corner(:,2) + corner(:,3) + corner(:,4))/4
    c4 = (corner(:,1) - corner(:,2) + corner(:,3) - corner(:,4))/4
    jacobian(:,1) = c2 + c4*b
    jacobian(:,2) = c3 + c4*a
    call equiangular_to_sphere(face, x(1), x(2), lon, lat)
    d = matmul(equiangular_jacobian(face, x(1), x(2)), jacobian)
  end subroutine gnomonic_map

  pure function equiangular_jacobian(face, x, y) result(v)
    integer, intent(in) :: face
    real(dk), intent(in) :: x, y
    real(dk) :: v(2,2), t1, t2, r, rho, side

    t1 = tan(x)
    t2 = tan(y)
    r = sqrt(1 + t1**2 + t2**2)
    if (face <= 4) then
      v(1,:) = [1/(r*cos(x)), 0.0_dk]
      v(2,:) = [-t1*t2/(cos(x)*r**2), 1/(r**2*cos(x)*cos(y)**2)]
      return
    end if
    rho = sqrt(t1**2 + t2**2)
    side = merge(1, -1, face == 5)
    if (rho <= at_pole) then
      v = reshape([1.0_dk, 0.0_dk, 0.0_dk, 1.0_dk], [2,2])
    else
      v(1,:) = side*[t2/(rho*cos(x)**2*r), -t1/(rho*cos(y)**2*r)]
      v(2,:) = side*[t1/(rho*cos(x)**2*r**2), t2/(rho*cos(y)**2*r**2)]
    end if
  end function equiangular_jacobian

  ! Map 2: bilinear between the corners in space, projected to the sphere. The point is formed from quadruple nodes,
  ! the matrix from rounded ones.
  pure subroutine element_local_map(corner3d, a, b, lon, lat, d)
    real(dk), intent(in) :: corner3d(3,4)
    real(qk), intent(in) :: a, b
    real(dk), intent(out) :: lon, lat, d(2,2)
    real(dk) :: q(4), x(3), g(3,2), frame(2,3), projection(3,3), s, t, u

    q = real([(1-a)*(1-b), (1+a)*(1-b), (1+a)*(1+b), (1-a)*(1+b)], dk)/4
    x = q(1)*corner3d(:,1) + q(2)*corner3d(:,2) + q(3)*corner3d(:,3) + q(4)*corner3d(:,4)
    call cartesian_to_sphere(x, lon, lat)
    s = real(a, dk)
    t = real(b, dk)
    q = [(1-s)*(1-t), (1+s)*(1-t), (1+s)*(1+t), (1-s)*(1+t)]/4
    x = q(1)*corner3d(:,1) + q(2)*corner3d(:,2) + q(3)*corner3d(:,3) + q(4)*corner3d(:,4)
    g(:,1) = (-(1-t)*corner3d(:,1) + (1-t)*corner3d(:,2) + (1+t)*corner3d(:,3) - (1+t)*corner3d(:,4))/4
    g(:,2) = (-(1-s)*corner3d(:,1) - (1+s)*corner3d(:,2) + (1+s)*corner3d(:,3) + (1-s)*corner3d(:,4))/4

    frame(1,:) = [-sin(lon), cos(lon), 0.0_dk]
    frame(2,:) = [0.0_dk, 0.0_dk, 1.0_dk]
    u = sin(lat)*cos(lat)
    projection(1,:) = [sin(lon)**2*cos(lat)**2 + sin(lat)**2, -sin(lon)*cos(lon)*cos(lat)**2, -cos(lon)*u]
    projection(2,:) = [-sin(lon)*cos(lon)*cos(lat)**2, cos(lon)**2*cos(lat)**2 + sin(lat)**2, -sin(lon)*u]
    projection(3,:) = [-cos(lon)*sin(lat), -sin(lon)*sin(lat), cos(lat)]
    d = matmul(frame, matmul(projection, g))/sqrt(x(1)**2 + x(2)**2 + x(3)**2)
  end subroutine element_local_map

  pure subroutine cartesian_to_sphere(x, lon, lat)
    real(dk), intent(in) :: x(3)
    real(dk), intent(out) :: lon, lat
    lat = asin(x(3)/sqrt(x(1)**2 + x(2)**2 + x(3)**2))
    lon = atan2(x(2), x(1))
    if (lon < 0) lon = lon + 2*pi
    if (abs(abs(lat) - pi/2) < at_pole) lon = 0
  end subroutine cartesian_to_sphere
end module cubed_sphere
